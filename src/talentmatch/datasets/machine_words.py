"""Words of three industries of the layout: injection moulding machines, moulds, auto parts."""

__all__ = ["AUTO_PARTS", "INJECTION", "MOULDS"]

INJECTION = """
[servo hydraulics of injection machines] technology
roles: Hydraulics Engineer | Servo Drive Engineer | Fluid Power Specialist
= 液压系统工程师 | 伺服液压专家
study: fluid power engineering | mechanical engineering = 流体传动与控制 | 机械工程
tools: AMESim | MATLAB/Simulink | SolidWorks | EPLAN
latin: PLC | CAN bus | PID | ISO 4413 | NG10
problem: pressure overshoot when switching to holding pressure
= 注射转保压时压力超调
problem: oil temperature climbs in continuous running
= 连续生产时油温持续上升
problem: noise of the servo pump group above 78 dB
= 伺服泵组噪声高于78分贝
- servo pump drives | variable speed pump units = 伺服泵驱动 | 变转速泵组
- proportional valves | servo valve control = 比例阀 | 伺服阀控制
- injection pressure control | closed-loop pressure control = 注射压力控制 | 压力闭环控制
- energy saving of hydraulic systems | hydraulic energy recovery = 液压系统节能 | 能量回收
- accumulators | fast injection units = 蓄能器 | 高速注射单元
- hydraulic noise | pump pulsation damping = 液压噪声 | 泵脉动抑制
- manifold design | valve block design = 集成块设计 | 阀块设计
- oil cleanliness | contamination control = 油液清洁度 | 污染控制

[clamping units and machine structure] technology
roles: Clamping Unit Designer | Structural Engineer, Large Machines | Machine Design Engineer
= 合模机构设计工程师 | 注塑机结构工程师
study: mechanical engineering | machine design = 机械工程 | 机械设计
tools: SolidWorks | ANSYS | Creo | Adams
latin: FEA | CAE | QT500 | EN 201 | 6800T
problem: tie bars break after two years in large machines
= 大型机哥林柱使用两年后断裂
problem: platen deformation leads to flash on parts
= 模板变形导致制品飞边
problem: dry cycle time is 15 % longer than competitors
= 空循环时间比同行长15%
- toggle clamping mechanisms | five-point toggles = 肘杆合模机构 | 五点双曲肘
- two-platen machines | large tonnage clamping units = 二板机 | 大吨位合模单元
- platen deformation | stiffness of machine frames = 模板变形 | 机架刚度
- tie bar fatigue | fatigue life of steel columns = 哥林柱疲劳 | 拉杆疲劳寿命
- finite element analysis | topology optimisation = 有限元分析 | 拓扑优化
- ductile iron castings | cast platens = 球墨铸铁件 | 铸造模板
- motion optimisation | dry cycle time = 运动曲线优化 | 空循环时间
- mould protection | parallelism of platens = 低压护模 | 模板平行度

[control of injection machines] technology
roles: Control Engineer | Embedded Software Engineer, Machines | Automation Engineer
= 注塑机控制工程师 | 自动化软件工程师
study: control engineering | automation = 控制工程 | 自动化
tools: CODESYS | MATLAB/Simulink | C++ | TwinCAT | EPLAN
latin: PLC | EtherCAT | OPC UA | Euromap 77 | HMI | IEC 61131-3
problem: shot weight scatter above 0.3 % in thin-wall moulding
= 薄壁成型射胶量重复精度差于0.3%
problem: the imported controller has a long lead time
= 进口控制器交期长需国产替代
problem: data of machines from several makers cannot be joined
= 多品牌注塑机数据无法互联
- motion control | multi-axis drive control = 运动控制 | 多轴驱动控制
- barrel temperature control | adaptive heating control = 料筒温控 | 自适应温度控制
- embedded control software | real-time software = 嵌入式控制软件 | 实时软件
- machine data collection | networking of machines = 设备数据采集 | 机台联网
- closed-loop pressure control | holding pressure control = 压力闭环控制 | 保压控制
- operator panels | human-machine interfaces = 操作面板 | 人机界面
- robot integration | take-out robots = 机械手集成 | 取件机械手
- adaptive process control | viscosity compensation = 自适应工艺控制 | 粘度补偿

[plasticising and polymer processing] technology
roles: Process Engineer, Plastics | Screw Design Engineer | Polymer Processing Expert
= 塑化工艺工程师 | 螺杆设计专家 | 注塑工艺专家
study: polymer processing | polymer engineering = 高分子材料加工 | 高分子工程
tools: Moldflow | Moldex3D | ANSYS Polyflow | DSC
latin: PC/ABS | LFT | MuCell | CAE | PA66 | L/D ratio
problem: screws wear quickly with 50 % glass fibre
= 50%玻纤料螺杆磨损过快
problem: colour streaks at high plasticising rates
= 高塑化速率下混色条纹
problem: bubbles in thick optical lenses
= 厚壁光学透镜内部气泡
- screw design | barrier and mixing screws = 螺杆设计 | 屏障型混炼螺杆
- plasticising rate | melt homogeneity = 塑化能力 | 熔体均匀性
- mould filling simulation | flow analysis = 模流分析 | 充填仿真
- foam injection moulding | microcellular foaming = 发泡注塑 | 微孔发泡
- long fibre compounds | glass fibre reinforced plastics = 长纤维复合料 | 玻纤增强塑料
- melt rheology | viscosity of polymer melts = 熔体流变 | 聚合物熔体粘度
- multi-component moulding | two-colour moulding = 多组分注塑 | 双色注塑
- wear of screws and barrels | bimetallic barrels = 螺杆料筒磨损 | 双金属料筒

[machine works management] management
roles: Plant Manager, Machinery | R&D Manager, Plastics Machinery | Lean Production Manager
= 塑机工厂厂长 | 塑料机械研发经理 | 精益生产经理
study: mechanical engineering | industrial engineering = 机械工程 | 工业工程
tools: SAP | PLM | MS Project | Minitab
latin: PLM | ERP | KPI | 5S | TPM
problem: assembly of large machines waits for castings
= 大型机装配等铸件
problem: too many variants of one machine series
= 同一系列机型变型过多
- machine assembly lines | flow assembly of machines = 整机装配线 | 流水装配
- modular machine platforms | variant management = 模块化平台 | 机型系列化
- casting supply | machining capacity for platens = 铸件供应 | 模板加工能力
- overseas assembly plants | localisation of machines = 海外组装厂 | 本地化生产

[machine export and service] marketing
roles: Export Sales Manager, Machinery | Service Manager, Machines | Area Sales Manager
= 注塑机外贸经理 | 售后服务总监 | 区域销售经理
study: international business | mechanical engineering = 国际贸易 | 机械工程
tools: Salesforce | Excel | CRM
latin: CE | NFPA 79 | K fair | OEM | CRM
problem: weak dealer network in Latin America
= 拉美经销网络薄弱
problem: spare parts reach overseas customers too late
= 海外客户配件到货慢
- dealer networks for machines | agent development abroad = 经销网络 | 海外代理开发
- after-sales service of machines | commissioning abroad = 设备售后服务 | 海外调机
- trade fairs for plastics | machine demonstrations = 塑料展会 | 样机演示
- turnkey moulding cells | machine and robot packages = 注塑单元交钥匙 | 整体方案销售
"""

MOULDS = """
[injection mould design] technology
roles: Mould Designer | Tooling Engineer | Plastic Mould Expert
= 注塑模具设计师 | 塑料模具专家
study: mould engineering | mechanical engineering = 模具设计与制造 | 机械工程
tools: UG NX | Moldflow | AutoCAD | CATIA
latin: CAE | P20 | H13 | HASCO | SPI A2
problem: warpage of bumpers after ejection
= 保险杠出模后翘曲变形
problem: weld lines on visible faces
= 外观面熔接痕明显
problem: cooling takes 60 % of the cycle
= 冷却时间占周期60%
- hot runner systems | valve gate design = 热流道系统 | 针阀浇口
- conformal cooling | cooling channel design = 随形冷却 | 冷却水路设计
- mould filling simulation | flow analysis = 模流分析 | 填充分析
- warpage compensation | shrinkage prediction = 翘曲补偿 | 收缩率预测
- slides and lifters | undercut release = 滑块斜顶 | 脱模机构
- multi-cavity moulds | stack moulds = 多腔模具 | 叠层模
- mould steels | tool steel selection = 模具钢 | 模具选材
- gas-assisted moulding | thin-wall parts = 气辅成型 | 薄壁制品

[high-pressure die casting] technology
roles: Die Casting Engineer | Foundry Engineer | HPDC Process Expert
= 压铸工艺工程师 | 高压压铸专家
study: foundry engineering | metallurgy = 铸造工程 | 冶金工程
tools: MAGMASOFT | ProCAST | AnyCasting | X-ray CT
latin: HPDC | ADC12 | AlSi10MnMg | T7 | 6800T
problem: gas porosity in structural castings
= 车身结构件气孔超标
problem: cold shuts at the end of thin walls
= 薄壁末端冷隔
problem: leakage of motor housings in the pressure test
= 电机壳体气密试验泄漏
- vacuum die casting | vacuum systems for dies = 真空压铸 | 模具抽真空
- giga casting of body parts | large integrated castings = 一体化压铸 | 大型结构件压铸
- gating design | runner and overflow layout = 浇注系统设计 | 浇排系统
- porosity control | casting defects = 气孔控制 | 铸造缺陷
- solidification simulation | casting simulation = 凝固模拟 | 压铸仿真
- heat-free aluminium alloys | aluminium alloy melting = 免热处理铝合金 | 铝合金熔炼
- shot curve optimisation | fast injection units = 压射曲线优化 | 压射单元
- leak testing | impregnation of castings = 气密检测 | 浸渗处理
- die temperature control | spray cooling = 模温控制 | 喷涂冷却

[mould materials and surface treatment] technology
roles: Heat Treatment Engineer | Surface Coating Engineer | Tool Steel Metallurgist
= 模具钢热处理工程师 | 表面工程专家
study: metallurgy | materials science = 冶金工程 | 材料科学
tools: SEM | Thermo-Calc | XRD | EBSD
latin: H13 | PVD | DLC | SLM | TiAlN | NADCA 207
problem: heat checking of dies after 40,000 shots
= 压铸模4万模次即龟裂
problem: soldering of aluminium to the die
= 铝液粘模严重
problem: cracks in printed mould inserts
= 3D打印模芯开裂
- hot work tool steels | tool steel selection = 热作模具钢 | 模具选材
- vacuum heat treatment | quenching and tempering = 真空热处理 | 淬火回火
- nitriding | thermochemical treatment = 氮化 | 化学热处理
- hard coatings | vapour deposition of films = 硬质涂层 | 气相沉积
- thermal fatigue | heat checking = 热疲劳 | 热龟裂
- laser cladding | weld repair of dies = 激光熔覆 | 模具焊补
- additive manufacturing of inserts | metal 3D printing = 镶件增材制造 | 金属3D打印
- failure analysis | fracture surfaces = 失效分析 | 断口分析

[precision machining of moulds] technology
roles: Precision Machining Engineer | CNC Engineer | Tool Shop Engineer
= 精密加工工程师 | CNC编程工程师
study: manufacturing engineering | mechanical engineering = 机械制造 | 机械工程
tools: Mastercam | PowerMill | UG NX | CMM | Hypermill
latin: CNC | EDM | GD&T | Ra 0.05 | MES
problem: hand polishing limits delivery
= 人工抛光制约交期
problem: five-axis machines stand idle for set-up
= 五轴机床装夹等待时间长
problem: micro structures of light guides are not exact enough
= 导光件微结构加工精度不够
- five-axis machining | high-speed milling = 五轴加工 | 高速铣削
- electrical discharge machining | wire cutting = 电火花加工 | 线切割
- ultra-precision machining | optical mould inserts = 超精密加工 | 光学模仁
- coordinate measuring | dimensional inspection = 三坐标测量 | 尺寸检测
- mirror polishing | automatic polishing = 镜面抛光 | 自动抛光
- tool wear | cutting parameter optimisation = 刀具磨损 | 切削参数优化
- machining automation | robot cells for electrodes = 加工自动化 | 电极自动化单元
- set-up reduction | zero-point clamping = 快速换装 | 零点定位

[tool shop management] management
roles: Mould Project Manager | Tool Shop Manager | Foundry Plant Manager
= 模具项目经理 | 模具厂长 | 压铸工厂经理
study: mould engineering | industrial engineering = 模具设计与制造 | 工业工程
tools: MES | ERP | MS Project
latin: IATF 16949 | APQP | ERP | KPI | OEE
problem: one mould in three is delivered late
= 三分之一模具延期交付
problem: cost of moulds is known only after delivery
= 模具成本事后才清楚
- mould scheduling | project planning for tools = 模具排产 | 模具项目计划
- mould cost estimates | quotation of tools = 模具成本核算 | 模具报价
- die casting plant ramp-up | foundry operations = 压铸工厂投产 | 铸造车间管理
- subcontracted machining | supplier base for tools = 外协加工 | 模具外协管理

[mould and casting sales] marketing
roles: Sales Manager, Tooling | Key Account Manager, Castings | Overseas Business Developer
= 模具海外业务经理 | 压铸件大客户经理
study: international business | mould engineering = 国际贸易 | 模具设计与制造
tools: CRM | Excel | Teamcenter
latin: RFQ | OEM | Tier 1 | PPAP | CRM
problem: dependence on two customers
= 客户集中于两家
problem: quotes lose on price against Portugal and Turkey
= 报价竞争不过葡萄牙和土耳其同行
- export of moulds | overseas tooling customers = 模具出口 | 海外模具客户
- structural casting customers | car body casting orders = 结构件客户 | 车身压铸订单
- technical quotations | design for manufacture proposals = 技术报价 | DFM方案
- customer audits for castings | sample approval = 客户审核 | 样件认可
"""

AUTO_PARTS = """
[electric drive systems] technology
roles: Electric Motor Engineer | E-Drive Engineer | Power Electronics Engineer
= 电机设计工程师 | 电驱动系统专家
study: electrical machines | power electronics = 电机与电器 | 电力电子
tools: JMAG | MATLAB/Simulink | Maxwell | CANoe
latin: PMSM | IGBT | SiC | NVH | ISO 26262 | 800V
problem: whine of the drive at 4,000 rpm
= 电驱总成4000转啸叫
problem: hot spots in hairpin windings
= 扁线绕组局部过热
problem: efficiency of the inverter at low load
= 逆变器低负载效率低
- permanent magnet motors | synchronous traction motors = 永磁电机 | 永磁同步牵引电机
- hairpin windings | flat wire stators = 扁线绕组 | 扁线定子
- inverter design | traction inverters = 逆变器设计 | 电机控制器
- motor control algorithms | field-oriented control = 电机控制算法 | 矢量控制
- noise and vibration | acoustic optimisation = 噪声与振动 | NVH优化
- thermal management | oil cooling of motors = 热管理 | 电机油冷
- functional safety | safety concepts for drives = 功能安全 | 安全概念
- silicon carbide devices | SiC power modules = 碳化硅器件 | SiC功率模块

[transmission and chassis parts] technology
roles: Transmission Engineer | Chassis Engineer | Gear Design Engineer
= 变速器工程师 | 底盘工程师 | 齿轮设计专家
study: automotive engineering | mechanical engineering = 车辆工程 | 机械工程
tools: CATIA | KISSsoft | Adams | Romax
latin: EPS | NVH | 20CrMnTi | GD&T | ISO 6336
problem: gear noise of reducers after heat treatment
= 热处理后减速器齿轮噪声
problem: ball joints rust before 100,000 km
= 球头10万公里内锈蚀
problem: weight of the control arm must fall by 20 %
= 控制臂需减重20%
- gear design | tooth profile modification = 齿轮设计 | 齿形修形
- steering systems | electric power steering = 转向系统 | 电动助力转向
- suspension parts | control arms and ball joints = 悬架部件 | 控制臂球头
- fatigue tests | durability test rigs = 疲劳试验 | 耐久台架
- lightweight design | aluminium chassis parts = 轻量化设计 | 铝合金底盘件
- carburising | heat treatment of gears = 渗碳 | 齿轮热处理
- noise and vibration | transmission error = 噪声与振动 | 传递误差
- brake systems | brake-by-wire actuators = 制动系统 | 线控制动

[interior and exterior trim] technology
roles: Trim Engineer | Interior Design Engineer | Plastic Parts Engineer
= 内外饰工程师 | 汽车塑料件工程师
study: automotive engineering | polymer engineering = 车辆工程 | 高分子工程
tools: CATIA | UG NX | Moldflow | VAVE
latin: PP+EPDM | PC/ABS | VOC | IMD | TPO | GD&T
problem: odour of instrument panels in summer tests
= 仪表板夏季气味超标
problem: squeak and rattle of door panels
= 门板异响
problem: colour of painted parts varies between batches
= 喷涂件批次色差
- instrument panels | cockpit modules = 仪表板 | 座舱模块
- bumpers | exterior plastic parts = 保险杠 | 外饰塑料件
- in-mould decoration | decorative films = 模内装饰 | 装饰膜
- soft touch surfaces | slush and foam skins = 软触表面 | 搪塑发泡
- odour and emissions | low VOC materials = 气味与散发 | 低VOC材料
- painting of plastics | plating of plastics = 塑料喷涂 | 塑料电镀
- tolerance analysis | gap and flush = 公差分析 | 间隙面差
- squeak and rattle | noise and vibration = 异响 | 噪声与振动
- thin-wall parts | lightweight design = 薄壁制品 | 轻量化设计

[automotive electronics and sensors] technology
roles: Automotive Electronics Engineer | Sensor Engineer | ADAS Engineer
= 汽车电子工程师 | 传感器开发工程师
study: electronic engineering | control engineering = 电子工程 | 控制工程
tools: CANoe | Vector DaVinci | Altium | MATLAB/Simulink
latin: AUTOSAR | CAN FD | LiDAR | ASPICE | ISO 26262 | EMC
problem: radiated emission of the seat controller
= 座椅控制器辐射发射超标
problem: drift of pressure sensors at low temperature
= 压力传感器低温漂移
problem: software of the domain controller lacks process maturity
= 域控软件流程不满足ASPICE
- engine and thermal sensors | pressure sensors = 压力传感器 | 温度传感器
- body controllers | domain controllers = 车身控制器 | 域控制器
- basic software | embedded software for vehicles = 基础软件 | 车载嵌入式软件
- driver assistance | radar and camera fusion = 辅助驾驶 | 雷达视觉融合
- electromagnetic compatibility | EMC countermeasures = 电磁兼容 | EMC整改
- functional safety | hazard analysis = 功能安全 | 危害分析
- wire harness design | connectors = 线束设计 | 连接器
- battery management | state of charge estimation = 电池管理 | SOC估计

[automotive quality and plant management] management
roles: Quality Director, Automotive | Plant Manager, Auto Parts | Programme Manager, Automotive
= 汽车零部件质量总监 | 工厂总经理 | 汽车项目经理
study: automotive engineering | quality management = 车辆工程 | 质量管理
tools: SAP | Minitab | MS Project | QAD
latin: IATF 16949 | VDA 6.3 | PPAP | 8D | APQP | FMEA
problem: customer complaints rise after model change
= 换型后客户投诉上升
problem: start of a plant in Mexico
= 墨西哥工厂筹建与投产
- car maker audits | customer specific requirements = 主机厂审核 | 顾客特殊要求
- advanced quality planning | launch of vehicle programmes = 产品质量先期策划 | 新项目量产
- overseas auto parts plants | plant start in Mexico = 海外零部件工厂 | 墨西哥建厂
- warranty analysis | complaint handling = 售后索赔分析 | 客诉处理

[automotive key accounts] marketing
roles: Key Account Manager, Automotive | Business Development Director, Auto Parts
= 汽车主机厂客户经理 | 零部件市场总监
study: business administration | automotive engineering = 工商管理 | 车辆工程
tools: Excel | CRM | SAP
latin: OEM | RFQ | Tier 1 | SOP | EV
problem: no access to German premium car makers
= 未进入德系豪华品牌供应链
problem: price-down talks take the margin
= 主机厂年降侵蚀利润
- car maker accounts | OEM customer relations = 主机厂客户 | 整车厂关系
- price-down negotiations | cost breakdown talks = 年降谈判 | 成本分解谈判
- new energy vehicle projects | sourcing of EV programmes = 新能源项目定点 | 车型定点
- aftermarket brands | spare parts trade = 售后品牌 | 汽配贸易
"""
