"""Words of two industries of the layout: new materials and chemicals; port and logistics."""

__all__ = ["MATERIALS", "PORT"]

MATERIALS = """
[engineering plastics and compounds] technology
roles: Polymer Scientist | Compounding Engineer | Plastics R&D Engineer
= 工程塑料研发工程师 | 高分子改性专家
study: polymer chemistry | polymer engineering = 高分子化学 | 高分子材料
tools: DSC | GPC | TGA | Minitab
latin: PA66 | PC/ABS | UL94 V-0 | LCP | PPS | REACH
problem: impact strength falls with halogen-free flame retardants
= 无卤阻燃后冲击强度下降
problem: yellowing of transparent nylon
= 透明尼龙黄变
problem: dielectric loss of compounds for 5G parts
= 5G用改性料介电损耗偏高
- compounding | twin-screw extrusion = 共混改性 | 双螺杆挤出
- flame retardants | halogen-free flame retardancy = 阻燃剂 | 无卤阻燃
- glass fibre reinforced plastics | reinforced compounds = 玻纤增强塑料 | 增强改性
- polyamides | nylon polymerisation = 聚酰胺 | 尼龙聚合
- melt rheology | viscosity of polymer melts = 熔体流变 | 聚合物熔体粘度
- weathering | heat and light ageing = 耐候性 | 光热老化
- biodegradable polymers | PLA and PBAT blends = 可降解高分子 | PLA/PBAT共混
- impact modification | toughening agents = 增韧 | 抗冲改性

[petrochemical process engineering] technology
roles: Chemical Process Engineer | Process Safety Engineer | Polymerisation Engineer
= 化工工艺工程师 | 过程安全专家
study: chemical engineering | process engineering = 化学工程 | 化工工艺
tools: Aspen Plus | HYSYS | AutoCAD P&ID | PHAST
latin: HAZOP | DCS | PTA | PDH | SIL | LDAR
problem: energy use of the separation section
= 精馏分离单元能耗偏高
problem: fouling of heat exchangers after three months
= 换热器三个月结垢
problem: exothermic reaction lacks safety data
= 放热反应缺少安全评估数据
- distillation | column design = 精馏 | 塔设计
- reactor scale-up | pilot plants = 反应器放大 | 中试
- heat integration | pinch analysis = 热集成 | 夹点分析
- process safety | hazard and operability studies = 过程安全 | 危险与可操作性分析
- olefin processes | propane dehydrogenation = 烯烃工艺 | 丙烷脱氢
- process simulation | flowsheet modelling = 流程模拟 | 工艺建模
- waste gas treatment | emission reduction = 废气治理 | VOC减排
- advanced process control | plant automation = 先进控制 | 装置自动化

[catalysts and fine chemicals] technology
roles: Catalysis Scientist | Organic Synthesis Chemist | Fine Chemicals Expert
= 催化剂研发工程师 | 精细化工专家
study: organic chemistry | catalysis = 有机化学 | 工业催化
tools: GC-MS | NMR | HPLC | BET
latin: ZSM-5 | Pd/C | GMP | TEMPO | GLP
problem: catalyst life is below 800 hours
= 催化剂寿命不足800小时
problem: colour of the product after hydrogenation
= 加氢后产品色度偏高
problem: batch synthesis should become continuous flow
= 间歇合成改连续流
- heterogeneous catalysts | supported metal catalysts = 多相催化剂 | 负载型催化剂
- zeolites | molecular sieve synthesis = 沸石 | 分子筛合成
- hydrogenation | catalytic reduction = 加氢 | 催化还原
- continuous flow chemistry | micro reactors = 连续流化学 | 微反应器
- organic synthesis | route development = 有机合成 | 合成路线开发
- impurity profiles | analytical method development = 杂质研究 | 分析方法开发
- reactor scale-up | kilo-lab campaigns = 反应器放大 | 公斤级放大
- electronic chemicals | high-purity solvents = 电子化学品 | 高纯溶剂

[coatings, adhesives and magnetic materials] technology
roles: Coatings Chemist | Adhesives Formulator | Magnetic Materials Scientist
= 涂料配方工程师 | 胶粘剂研发专家 | 磁性材料专家
study: materials science | polymer chemistry = 材料科学 | 高分子化学
tools: XRD | SEM | FTIR | VSM
latin: NdFeB | UV curing | PU | VOC | ISO 12944 | BHmax
problem: coercivity falls at 150 degrees
= 150度下磁体矫顽力下降
problem: water-borne coating loses adhesion in salt spray
= 水性涂料盐雾后附着力下降
problem: adhesive for battery packs is too brittle at -40 degrees
= 电池包结构胶零下40度发脆
- water-borne coatings | low solvent coatings = 水性涂料 | 低溶剂涂料
- structural adhesives | epoxy and polyurethane bonding = 结构胶 | 环氧聚氨酯粘接
- rare earth magnets | sintered neodymium magnets = 稀土永磁 | 烧结钕铁硼
- grain boundary diffusion | coercivity improvement = 晶界扩散 | 提高矫顽力
- corrosion protection | salt spray tests = 防腐 | 盐雾试验
- functional films | optical films = 功能膜 | 光学膜
- nano fillers | dispersion of particles = 纳米填料 | 粒子分散
- thermal interface materials | heat-conducting pastes = 导热材料 | 导热胶

[chemical plant management] management
roles: Chemical Plant Director | EHS Manager | R&D Director, Materials
= 化工厂长 | 安环总监 | 新材料研发总监
study: chemical engineering | engineering management = 化学工程 | 工程管理
tools: SAP | DCS | MS Project
latin: EHS | ISO 14001 | HAZOP | KPI | PSM
problem: rectification after a safety inspection
= 安全检查后的整改
problem: pilot results do not reach production
= 中试成果难以产业化
- chemical plant operations | turnaround planning = 化工装置运行 | 大修管理
- environment, health and safety | safety culture = 安全环保 | 安全文化
- scale-up of new materials | research to production = 新材料产业化 | 成果转化
- permits for chemicals | regulatory compliance = 化学品许可 | 合规管理

[materials marketing] marketing
roles: Technical Sales Manager, Materials | Market Development Manager, Chemicals
= 新材料技术销售经理 | 化工市场拓展经理
study: polymer chemistry | business administration = 高分子化学 | 工商管理
tools: Salesforce | Excel | SAP
latin: REACH | OEM | MSDS | B2B | CRM
problem: approval of materials at car makers takes two years
= 材料通过车厂认证周期长
problem: price swings of monomers
= 单体原料价格波动
- application development for plastics | material approvals = 塑料应用开发 | 材料认证
- chemical distribution | bulk chemical trade = 化学品分销 | 大宗化工贸易
- monomer price forecasts | feedstock market analysis = 单体价格预测 | 原料市场分析
- registration of substances | product stewardship = 化学品注册 | REACH注册
"""

PORT = """
[container terminal automation] technology
roles: Terminal Automation Engineer | Crane Control Engineer | Port Equipment Engineer
= 码头自动化工程师 | 港机电控工程师
study: automation | mechanical engineering = 自动化 | 机械工程
tools: Siemens TIA | MATLAB/Simulink | C++ | ROS
latin: AGV | PLC | RTG | LiDAR | OCR | 5G
problem: remote cranes wait for truck positioning
= 远控桥吊等待集卡对位
problem: sway of spreaders in strong wind
= 大风下吊具摇摆
problem: number recognition fails on worn containers
= 旧箱箱号识别率低
- quay cranes | ship-to-shore cranes = 岸桥 | 桥吊
- automated guided vehicles | driverless container trucks = 自动导引车 | 无人集卡
- anti-sway control | motion control = 防摇控制 | 运动控制
- remote crane operation | crane automation = 远程操控 | 轮胎吊自动化
- container number recognition | gate automation = 箱号识别 | 智能闸口
- laser positioning | radar and camera fusion = 激光定位 | 雷达视觉融合
- condition monitoring | predictive maintenance of cranes = 状态监测 | 港机预测性维护
- embedded control software | safety control systems = 嵌入式控制软件 | 安全控制系统

[port planning and scheduling software] technology
roles: Scheduling Algorithm Engineer | Operations Research Engineer | Terminal Systems Architect
= 港口调度算法工程师 | 运筹优化专家
study: operations research | computer science = 运筹学 | 计算机科学
tools: Python | CPLEX | Gurobi | AnyLogic | PostgreSQL
latin: TOS | EDI | API | MIP | EDIFACT
problem: yard rehandling above 12 %
= 堆场翻箱率高于12%
problem: berth plans must be redone by hand after typhoons
= 台风后泊位计划靠人工重排
problem: trucks queue at peak hours
= 高峰时段集卡排队拥堵
- berth allocation | vessel scheduling = 泊位分配 | 船舶调度
- yard planning | stacking optimisation = 堆场计划 | 堆存优化
- mixed integer programming | optimisation models = 混合整数规划 | 优化模型
- terminal operating systems | port information systems = 码头操作系统 | 港口信息系统
- simulation of terminals | digital twins of ports = 码头仿真 | 港口数字孪生
- truck appointment systems | gate congestion = 集卡预约 | 闸口拥堵
- data interfaces | electronic data interchange = 数据接口 | 电子数据交换
- throughput forecasts | machine learning for logistics = 吞吐量预测 | 物流机器学习

[warehouse and intralogistics technology] technology
roles: Warehouse Automation Engineer | Intralogistics Engineer | Logistics Systems Engineer
= 仓储自动化工程师 | 智能物流规划师
study: logistics engineering | industrial engineering = 物流工程 | 工业工程
tools: FlexSim | AutoCAD | Python | SQL
latin: WMS | AGV | RFID | ASRS | SKU
problem: picking errors in a bonded warehouse
= 保税仓拣选差错率高
problem: cold store runs out of space
= 冷库库容不足
problem: robots block each other in narrow aisles
= 窄巷道内AGV互相堵塞
- automated storage and retrieval | high-bay warehouses = 自动化立体库 | 高架仓库
- warehouse management systems | stock accuracy = 仓储管理系统 | 库存准确率
- order picking | goods-to-person systems = 拣选 | 货到人系统
- conveyor and sorter design | sorting systems = 输送分拣 | 分拣系统
- cold chain | temperature-controlled storage = 冷链 | 恒温仓储
- automated guided vehicles | mobile robots = 自动导引车 | 移动机器人
- layout simulation | material flow analysis = 布局仿真 | 物流动线分析
- radio-frequency identification | goods tracking = 射频识别 | 货物追踪

[marine and hinterland transport engineering] technology
roles: Multimodal Transport Planner | Marine Engineer | Transport Engineer
= 海铁联运规划师 | 船舶工程师 | 交通运输专家
study: transport engineering | naval architecture = 交通运输工程 | 船舶工程
tools: VISSIM | ArcGIS | AutoCAD | Python
latin: LNG | AIS | IMO | VTS | TEU
problem: LNG bunkering needs a risk assessment
= LNG加注作业需风险评估
problem: trains leave half full to inland hubs
= 内陆班列装载率低
problem: shore power is used by few ships
= 岸电使用率低
- sea-rail transport | multimodal corridors = 海铁联运 | 多式联运通道
- shore power | cold ironing of ships = 岸电 | 船舶岸电
- liquefied gas bunkering | alternative ship fuels = LNG加注 | 船用清洁燃料
- vessel traffic | ship tracking data = 船舶交通 | 船舶轨迹数据
- dredging | quay wall maintenance = 疏浚 | 码头结构维护
- traffic simulation | hinterland transport models = 交通仿真 | 集疏运模型
- emission reduction | carbon accounting of ports = 减排 | 港口碳核算
- dangerous goods | chemical tank storage = 危险货物 | 液化品罐区

[port and supply chain management] management
roles: Terminal Manager | Supply Chain Director | Logistics Operations Manager
= 码头运营经理 | 供应链总监 | 物流运营经理
study: supply chain management | logistics engineering = 供应链管理 | 物流工程
tools: SAP | Power BI | Excel
latin: S&OP | KPI | TEU | 4PL | ERP
problem: cost per container is above neighbouring ports
= 单箱成本高于周边港口
problem: supply chain breaks when ships skip the port
= 船舶跳港导致供应链中断
- terminal operations | stevedoring productivity = 码头运营 | 装卸效率
- supply chain planning | sales and operations planning = 供应链计划 | 产销协同
- bonded zone operations | customs clearance = 保税区运营 | 通关
- logistics cost control | carrier contracts = 物流成本控制 | 承运商管理

[shipping and freight sales] marketing
roles: Freight Sales Manager | Shipping Line Marketing Manager | Cross-border Commerce Manager
= 货代销售经理 | 航线市场经理 | 跨境电商经理
study: international shipping | international business = 国际航运 | 国际贸易
tools: Excel | CargoWise | Power BI
latin: FOB | FCL | NVOCC | TEU | B2B
problem: few direct calls to South America
= 南美直航航线少
problem: small exporters do not book directly
= 中小外贸企业直订舱少
- freight forwarding | ocean freight booking = 国际货代 | 订舱
- liner services | new shipping routes = 班轮航线 | 航线开辟
- cross-border commerce | overseas warehouses = 跨境电商 | 海外仓
- cargo owner accounts | contract customers in shipping = 直客开发 | 货主大客户
"""
