"""Fields close to the layout that do not fit it: the hard negatives.

Each borrows some of the words of one speciality of the layout.
"""

__all__ = ["NEARBY"]

NEARBY = """
[aerospace composites] technology
borrows: engineering plastics and compounds
roles: Composites Engineer | Aerospace Structures Engineer = 航空复合材料工程师
study: aerospace engineering = 航空航天工程
tools: CATIA | Abaqus | FiberSIM
latin: CFRP | AS9100 | RTM | NDT
- autoclave curing | prepreg lay-up = 热压罐固化 | 预浸料铺层
- wing panels | fuselage structures = 机翼壁板 | 机身结构
- non-destructive testing | ultrasonic inspection = 无损检测 | 超声检测
- airworthiness certification | flight safety cases = 适航认证
- carbon fibre laminates | composite delamination = 碳纤维层合板 | 复材分层

[medical imaging software] technology
borrows: integrated circuit design
roles: Imaging Software Engineer | Medical Image Scientist = 医学影像软件工程师
study: biomedical engineering = 生物医学工程
tools: Python | PyTorch | ITK | C++
latin: MRI | DICOM | CT | IEC 62304
- image segmentation | tumour delineation = 图像分割 | 肿瘤勾画
- tomographic reconstruction | CT reconstruction = 断层重建 | CT重建
- detector read-out chips | photon counting = 探测器读出芯片 | 光子计数
- clinical validation | reader studies = 临床验证
- radiology workflow | picture archives = 放射科流程 | 影像归档

[food packaging] technology
borrows: plasticising and polymer processing
roles: Packaging Technologist | Food Packaging Engineer = 食品包装工程师
study: packaging engineering = 包装工程
tools: Excel | ArtiosCAD | SAP
latin: PET | EVOH | HACCP | BRC
- barrier films | oxygen barrier layers = 阻隔膜 | 阻氧层
- shelf life studies | migration tests = 货架期研究 | 迁移试验
- bottle preforms | stretch blow moulding = 瓶坯 | 拉伸吹塑
- sealing of trays | modified atmosphere packs = 托盘封口 | 气调包装
- recycling of packages | mono-material packs = 包装回收 | 单一材质包装

[building services engineering] technology
borrows: control of injection machines
roles: HVAC Engineer | Building Services Engineer = 暖通工程师
study: building services engineering = 建筑环境与设备
tools: Revit | AutoCAD | IES VE
latin: HVAC | BMS | LEED | VRF
- heating and ventilation | air handling units = 供暖通风 | 空调箱
- energy performance of buildings | heat load calculation = 建筑能耗 | 负荷计算
- fire protection systems | sprinkler design = 消防系统 | 喷淋设计
- building automation | room control = 楼宇自控

[railway signalling] technology
borrows: automotive electronics and sensors
roles: Signalling Engineer | Railway Systems Engineer = 铁路信号工程师
study: railway engineering = 轨道交通信号
tools: SCADE | MATLAB | RailSys
latin: ETCS | CBTC | EN 50128 | SIL 4
- interlocking | track circuits = 联锁 | 轨道电路
- train protection | automatic train control = 列车防护 | 列控系统
- timetable analysis | line capacity = 运行图分析 | 线路能力
- safety cases for signalling | independent assessment = 安全论证

[textile machinery] technology
borrows: clamping units and machine structure
roles: Textile Machinery Engineer | Loom Designer = 纺织机械工程师
study: textile engineering = 纺织工程
tools: SolidWorks | AutoCAD | LabVIEW
latin: CNC | PLC | OEKO-TEX
- air-jet looms | weft insertion = 喷气织机 | 引纬
- ring spinning | yarn tension = 环锭纺 | 纱线张力
- warp knitting | needle bars = 经编 | 针床
- dyeing machines | textile finishing = 染色机 | 后整理

[nuclear power engineering] technology
borrows: petrochemical process engineering
roles: Nuclear Engineer | Reactor Safety Analyst = 核电工程师
study: nuclear engineering = 核工程
tools: RELAP5 | MCNP | ANSYS
latin: PWR | ASME III | LOCA | PSA
- reactor physics | core design = 堆物理 | 堆芯设计
- safety analysis of reactors | accident transients = 反应堆安全分析 | 事故瞬态
- spent fuel | radioactive waste storage = 乏燃料 | 放射性废物
- radiation shielding | dose calculation = 辐射屏蔽 | 剂量计算

[oil and gas drilling] technology
borrows: cable armouring and mechanics
roles: Drilling Engineer | Subsea Well Engineer = 钻井工程师
study: petroleum engineering = 石油工程
tools: Landmark | OrcaFlex | Petrel
latin: BOP | MWD | API 5CT | ROV
- directional drilling | well trajectory = 定向钻井 | 井眼轨迹
- drilling fluids | mud logging = 钻井液 | 录井
- riser analysis | wellhead fatigue = 隔水管分析 | 井口疲劳
- reservoir simulation | well tests = 油藏模拟 | 试井

[pharmaceutical manufacturing] technology
borrows: catalysts and fine chemicals
roles: Pharmaceutical Process Scientist | Formulation Scientist = 制剂工艺研究员
study: pharmacy = 药学
tools: HPLC | Minitab | Empower
latin: GMP | FDA | QbD | API
- tablet coating | granulation = 包衣 | 制粒
- sterile filling | aseptic processing = 无菌灌装
- drug stability | dissolution tests = 药物稳定性 | 溶出试验
- validation of cleaning | audit of drug plants = 清洁验证

[mobile application software] technology
borrows: port planning and scheduling software
roles: Software Engineer, Mobile | Full Stack Developer = 移动应用开发工程师
study: computer science = 计算机科学
tools: Python | Kotlin | Swift | Docker | PostgreSQL
latin: API | REST | CI/CD | UX
- mobile payment apps | consumer applications = 移动支付应用 | 消费类App
- recommender systems | user analytics = 推荐系统 | 用户分析
- cloud services | micro-services = 云服务 | 微服务
- web front ends | interface design = 前端 | 界面设计

[furniture manufacturing] technology
borrows: precision machining of moulds
roles: Furniture Production Engineer | Wood Technologist = 家具生产工程师
study: wood technology = 木材科学与工程
tools: AutoCAD | Cabinet Vision | SketchUp
latin: CNC | MDF | FSC
- panel cutting | nesting of boards = 开料 | 板材排样
- wood drying | moisture of timber = 木材干燥 | 含水率
- upholstery | seat comfort = 软包 | 坐感
- lacquer of furniture | edge banding = 家具涂装 | 封边

[online retail marketing] marketing
borrows: shipping and freight sales
roles: E-commerce Manager | Digital Marketing Manager = 电商运营经理
study: marketing = 市场营销
tools: Google Analytics | Shopify | Excel
latin: SEO | B2C | CRM | ROI
- social media campaigns | influencer marketing = 社媒推广 | 达人营销
- fashion retail | consumer brands = 服饰零售 | 消费品牌
- search advertising | conversion of web shops = 搜索广告 | 转化率
- customer loyalty | newsletters = 会员运营

[solar farm development] management
borrows: cable sales and tendering
roles: Solar Project Developer | Photovoltaics Engineer = 光伏项目开发经理
study: renewable energy = 可再生能源
tools: PVsyst | AutoCAD | Excel
latin: PV | PPA | EPC | LCOE
- land lease | planning permission for solar farms = 土地租赁 | 光伏用地审批
- module layout | yield assessment = 组件排布 | 发电量评估
- inverters for solar farms | grid connection studies = 光伏逆变器 | 并网研究
- power purchase agreements | project finance = 购电协议 | 项目融资

[mobile network operation] technology
borrows: chip marketing and applications
roles: Radio Network Engineer | Telecom Operations Manager = 无线网络工程师
study: telecommunications = 通信工程
tools: Atoll | Python | Wireshark
latin: 5G | LTE | SDN | VoLTE
- radio planning | antenna sites = 无线规划 | 基站选址
- core networks | network slicing = 核心网 | 网络切片
- roaming agreements | tariffs = 漫游 | 资费
- drive tests | coverage optimisation = 路测 | 覆盖优化

[hospital procurement] management
borrows: warehouse and intralogistics technology
roles: Hospital Procurement Manager | Medical Supply Manager = 医院采购经理
study: health management = 卫生事业管理
tools: SAP | Excel | Power BI
latin: GPO | KPI | ERP | UDI
- medical consumables | hospital stock = 医用耗材 | 医院库存
- framework contracts for hospitals | public tenders = 公立医院集采 | 公开招标
- vaccine storage | ward supply = 疫苗储存 | 病区供应
- medical device purchasing | device evaluation = 医疗设备采购

[bridge and tunnel construction] management
borrows: cable plant and project management
roles: Construction Project Manager | Tunnel Engineer = 隧道工程项目经理
study: civil engineering = 土木工程
tools: Primavera P6 | Plaxis | Midas
latin: TBM | BIM | FIDIC | PMP
- tunnel boring | shield tunnelling = 盾构 | 隧道掘进
- bridge piers | deck erection = 桥墩 | 架梁
- ground settlement | geotechnical monitoring = 地面沉降 | 岩土监测
- site safety | concrete works = 现场安全 | 混凝土施工
"""
